//! Schedules: five fields of cron, each within its range, that come on some day.

use super::Scene;
use crate::base::cron::{self, FIELDS};
use crate::diag::{Diagnostics, code};
use crate::resolve::problem::problem;

/// Backups happen.
pub(super) fn fields(scene: &Scene, diagnostics: &mut Diagnostics) {
    for standing in scene.services() {
        let Some(backup) = &standing.service.backup else { continue };
        for ((name, low, high), field) in FIELDS.iter().zip(backup.schedule.value.split(' ')) {
            if cron::field(field, *low, *high).is_none() {
                let message = format!("`{field}` is no {name} of a schedule");
                let wrong = problem(code::SCHEDULE, backup.schedule.origin, message, "this schedule");
                diagnostics.push(wrong.help(format!(
                    "the {name} is `*`, a number from {low} to {high}, a \
                    range such as `{low}-{high}`, or either with a step such as `*/2`"
                )));
            }
        }
        if cron::schedule(&backup.schedule.value).is_some_and(|schedule| !cron::comes(&schedule)) {
            let message = format!("`{}` names a day that none of its months has", backup.schedule.value);
            let wrong = problem(code::SCHEDULE, backup.schedule.origin, message, "this schedule");
            diagnostics.push(wrong.help("`*` for the day is every day, for the month every month"));
        }
    }
}
