//! The command that plays days: `tests/days/run`.

fn main() -> std::process::ExitCode {
    parceld_days::command::run()
}
