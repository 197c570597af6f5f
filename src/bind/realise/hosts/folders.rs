//! The folders of a site: what is made there gets owners and modes of its own, so that none is a folder of the system's.

use crate::base::Traced;
use crate::bind::realise::context::Context;
use crate::diag::code;

/// Folders that belong to the system or to Docker, with all below them (FHS 3.0).
const SYSTEM: [&str; 15] = [
    "/bin",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/lib32",
    "/lib64",
    "/proc",
    "/run",
    "/sbin",
    "/sys",
    "/tmp",
    "/usr",
    "/var/lib/docker",
    "/var/run",
];
/// Folders in which others have some of their own.
const SHARED: [&str; 12] = [
    "/home",
    "/media",
    "/mnt",
    "/opt",
    "/root",
    "/srv",
    "/var",
    "/var/cache",
    "/var/lib",
    "/var/log",
    "/var/spool",
    "/var/tmp",
];

/// Checks the folder of what workloads keep and that of backups.
pub(super) fn check(context: &mut Context, data: &Traced<String>, backups: Option<&Traced<String>>) {
    for folder in std::iter::once(data).chain(backups) {
        if let Some(why) = refused(&folder.value) {
            let message = format!("`{}` cannot be a folder of the site: {why}", folder.value);
            context.problem(
                code::PLATFORM_RULE,
                folder.origin,
                message,
                "choose one of its own, such as `/srv/akcgen`",
            );
        }
    }
    if let Some(backups) = backups
        && (is_within(&data.value, &backups.value) || is_within(&backups.value, &data.value))
    {
        let message = format!("backups in `{}` are lost with the data in `{}`", backups.value, data.value);
        context.problem(
            code::PLATFORM_RULE,
            backups.origin,
            message,
            "keep them apart, best on another machine's disk",
        );
    }
}

fn refused(path: &str) -> Option<&'static str> {
    if path.split('/').skip(1).any(|part| matches!(part, "" | "." | "..")) {
        return Some("it has empty or relative parts");
    }
    if SYSTEM.iter().any(|folder| is_within(path, folder)) {
        return Some("it belongs to the system");
    }
    SHARED.contains(&path).then_some("others have folders in it, which would no longer be theirs to enter")
}

/// Whether a path is another or lies below it.
fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::refused;

    #[test]
    fn folders_of_the_system_are_none_of_the_sites() {
        for own in ["/srv/akcgen", "/data", "/mnt/backups", "/var/lib/akcgen", "/opt/akcgen", "/etcetera"] {
            assert_eq!(refused(own), None, "{own}");
        }
        for others in ["/etc", "/etc/akcgen", "/srv", "/var/lib", "/var/lib/docker/volumes", "/../x", "/srv/.", "/usr"]
        {
            assert!(refused(others).is_some(), "{others}");
        }
    }
}
