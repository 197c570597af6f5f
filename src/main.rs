fn main() -> std::process::ExitCode {
    akcgen::cli::main()
}
