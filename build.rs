//! `include_dir` does not tell cargo that the targets are part of the program.

fn main() {
    println!("cargo:rerun-if-changed=targets");
}
