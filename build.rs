//! Tells the program what code it is made of, so that a lock can tell which program made a bundle; and cargo that the
//! targets are part of it, which `include_dir` does not.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// All that the bytes of a bundle follow from, but for its inputs.
const CODE: [&str; 4] = ["src", "targets", "texts", "Cargo.lock"];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut sum = Sum::default();
    for part in CODE {
        println!("cargo:rerun-if-changed={part}");
        add(&root.join(part), part, &mut sum)?;
    }
    println!("cargo:rustc-env=AKCGEN_CODE={:016x}", sum.0);
    Ok(())
}

/// Adds a file, or all files of a folder in order of names. Packages may lack one of them.
fn add(path: &Path, name: &str, sum: &mut Sum) -> io::Result<()> {
    if path.is_dir() {
        let mut entries = fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        entries.sort();
        for entry in entries {
            let name = format!("{name}/{}", entry.file_name().unwrap_or_default().to_string_lossy());
            add(&entry, &name, sum)?;
        }
    } else if path.is_file() {
        sum.add(name.as_bytes());
        sum.add(&fs::read(path)?);
    }
    Ok(())
}

/// FNV-1a over parts, each with its length. It guards against mistakes, not against malice.
struct Sum(u64);

impl Default for Sum {
    fn default() -> Self {
        Sum(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    fn add(&mut self, part: &[u8]) {
        let length = (part.len() as u64).to_be_bytes();
        for byte in length.iter().chain(part) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}
