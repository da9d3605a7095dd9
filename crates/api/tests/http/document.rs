//! The published contract.

/// `openapi.json` is what the code says: `make openapi` writes it anew, and so does this test with `RECADO_WRITE_DOCS=1`.
#[test]
fn the_committed_document_is_that_of_the_code() {
    let made = format!("{:#}\n", api::openapi::document());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi.json");
    if std::env::var_os("RECADO_WRITE_DOCS").is_some() {
        std::fs::write(path, &made).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(made == committed, "openapi.json is out of date; run `make openapi` and look at the difference");
}

#[test]
fn operations_have_names_of_their_own() {
    let mut names: Vec<String> = crate::conventions::operations(|_| "x".to_owned())
        .iter()
        .map(|(_, _, operation)| operation["operationId"].as_str().unwrap().to_owned())
        .collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!((names.len(), names.contains(&String::new())), (all, false));
}
