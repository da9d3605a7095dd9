//! The examples in `docs/structuring.md` are what the engine says today.

#[path = "../examples/document.rs"]
mod document;

#[test]
fn the_page_shows_what_the_engine_does() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/structuring.md");
    let page = std::fs::read_to_string(path).unwrap();
    let shown = page.split("<!-- examples -->").nth(1).unwrap().trim();
    let now = document::examples().unwrap();
    assert!(
        shown == now.trim(),
        "run: cargo run -p structuring --example document, and put its output between the marks"
    );
}
