//! Takes into the program what browsers get: the files of the web UI, `ui/dist`, as `scripts/ui.sh` made them, and the widget of
//! the web chat, `webchat/dist`, as `scripts/webchat.sh` made it.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let crate_dir = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let dist = crate_dir.join("../../ui/dist");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=RECADO_WITHOUT_UI");
    // Watched while it is absent, it would count as changed at every build: `scripts/ui.sh` touches this file instead.
    if dist.exists() {
        println!("cargo:rerun-if-changed={}", dist.display());
    }

    let mut list = String::from("&[\n");
    if dist.join("index.html").exists() {
        let mut files = Vec::new();
        walk(&dist, &mut files)?;
        // By the bytes of the whole path, as they are looked up; paths by themselves sort part by part.
        files.sort_by(|one, other| one.as_os_str().cmp(other.as_os_str()));
        for file in &files {
            row(&mut list, &dist, file)?;
        }
    } else if env::var("PROFILE")? == "release" && env::var_os("RECADO_WITHOUT_UI").is_none() {
        let said = "the web UI is not built: run `make ui` first (RECADO_WITHOUT_UI=1 builds a program without it)";
        return Err(said.into());
    }
    list.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("ui_files.rs"), list)?;
    webchat()
}

/// All files below a directory; source maps and what was made of other files are left out.
fn walk(directory: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        let hidden = path.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if path.is_dir() {
            walk(&path, files)?;
        } else if !hidden && !matches!(extension, "br" | "gz" | "map") {
            files.push(path);
        }
    }
    Ok(())
}

/// One file as Rust source: its path, its bytes, and the same compressed where that was worth it.
fn row(list: &mut String, dist: &Path, file: &Path) -> Result<(), Box<dyn Error>> {
    let path = file.strip_prefix(dist)?.to_str().ok_or("a file name of ui/dist is not UTF-8")?;
    let beside = |extension: &str| {
        let other = PathBuf::from(format!("{}.{extension}", file.display()));
        if other.exists() { format!("Some(include_bytes!({other:?}))") } else { "None".to_owned() }
    };
    let (brotli, gzip) = (beside("br"), beside("gz"));
    writeln!(list, "File {{ path: {path:?}, plain: include_bytes!({file:?}), brotli: {brotli}, gzip: {gzip} }},")?;
    Ok(())
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
