//! Schedules: five fields of cron, each within its range.

use super::Scene;
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::problem;

/// The fields in order, each with its range.
const FIELDS: [(&str, u32, u32); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)];

/// Backups happen.
pub(super) fn fields(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let Some(backup) = &standing.service.backup else { continue };
        for ((name, low, high), field) in FIELDS.iter().zip(backup.schedule.value.split(' ')) {
            if !field.split(',').all(|part| is_valid(part, *low, *high)) {
                let message = format!("`{field}` is no {name} of a schedule");
                let wrong = problem(code::SCHEDULE, backup.schedule.origin, message, "this schedule");
                diagnostics.push(wrong.help(format!(
                    "the {name} is `*`, a number from {low} to {high}, a \
                    range such as `{low}-{high}`, or either with a step such as `*/2`"
                )));
            }
        }
    }
}

/// `*`, `5`, `1-5`, `*/2`, `1-30/2`.
fn is_valid(part: &str, low: u32, high: u32) -> bool {
    let (range, step) = part.split_once('/').unwrap_or((part, "1"));
    let number = |text: &str| text.parse().ok().filter(|number| (low..=high).contains(number));
    let in_range = match range.split_once('-') {
        Some((from, to)) => number(from).zip(number(to)).is_some_and(|(from, to)| from <= to),
        None => range == "*" || number(range).is_some(),
    };
    in_range && step.parse::<u32>().is_ok_and(|step| (1..=high.max(1)).contains(&step))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_fields() {
        for valid in ["*", "0", "59", "1-5", "*/15", "10-50/5"] {
            assert!(is_valid(valid, 0, 59), "{valid}");
        }
        for wrong in ["60", "5-1", "*/0", "*/x", "", "1-", "-", "*/", "99999999999"] {
            assert!(!is_valid(wrong, 0, 59), "{wrong}");
        }
    }
}
