//! Takes the widget of the web chat into the program: `webchat/dist`, as `scripts/webchat.sh` made it.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RECADO_WITHOUT_UI");
    webchat()
}

/// The widget as a Rust expression: the script and the same with gzip, or none.
fn webchat() -> Result<(), Box<dyn Error>> {
    let script = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../webchat/dist/webchat.js");
    let packed = script.with_extension("js.gz");
    // Watched while it is absent, it would count as changed at every build: `scripts/webchat.sh` touches this file instead.
    let expression = if script.exists() && packed.exists() {
        println!("cargo:rerun-if-changed={}", script.display());
        format!("Some((include_bytes!({script:?}), include_bytes!({packed:?})))")
    } else if env::var("PROFILE")? == "release" && env::var_os("RECADO_WITHOUT_UI").is_none() {
        let said =
            "the web chat is not built: run `make webchat` first (RECADO_WITHOUT_UI=1 builds a program without it)";
        return Err(said.into());
    } else {
        "None".to_owned()
    };
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("webchat_script.rs"), expression)?;
    Ok(())
}
