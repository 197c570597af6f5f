//! Schedules of cron as systemd's timers say them (systemd.time, "Calendar events").

use crate::base::cron::{self, Field};

const DAY: u32 = 24 * 60;
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// The expressions at any of which a schedule of cron comes, so many minutes later.
///
/// A day of the month and a weekday that are both given count each for itself, as cron has it (and robfig/cron, by which
/// Velero reads the same text), so that one expression is not enough. What would come later than its day stays in it
/// where days are restricted: minutes count from midnight again.
pub(super) fn expressions(schedule: &str, minutes_later: u32) -> Vec<String> {
    let Some([minutes, hours, days, months, weekdays]) = cron::schedule(schedule) else { return Vec::new() };
    let months = if months.is_any { "*".to_owned() } else { numbers(&months.numbers) };
    let of_month = format!("*-{months}-{}", if days.is_any { "*".to_owned() } else { numbers(&days.numbers) });
    let of_week = format!("{} *-{months}-*", self::weekdays(&weekdays));
    let dates = match (days.is_any, weekdays.is_any) {
        (_, true) => vec![of_month],
        (true, false) => vec![of_week],
        (false, false) => vec![of_month, of_week],
    };
    let times = times(&minutes.numbers, &hours.numbers, minutes_later);
    dates.iter().flat_map(|date| times.iter().map(move |time| format!("{date} {time}"))).collect()
}

/// The times of a day, the hours that have the same minutes together.
fn times(minutes: &[u32], hours: &[u32], later: u32) -> Vec<String> {
    let mut of_hour = vec![Vec::new(); 24];
    for hour in hours {
        for minute in minutes {
            let time = (hour * 60 + minute + later) % DAY;
            if let Some(minutes) = of_hour.get_mut((time / 60) as usize) {
                minutes.push(time % 60);
            }
        }
    }
    let mut grouped: Vec<(Vec<u32>, Vec<u32>)> = Vec::new();
    for (hour, mut minutes) in (0_u32..).zip(of_hour).filter(|(_, minutes)| !minutes.is_empty()) {
        minutes.sort_unstable();
        match grouped.iter_mut().find(|(known, _)| *known == minutes) {
            Some((_, hours)) => hours.push(hour),
            None => grouped.push((minutes, vec![hour])),
        }
    }
    let hours = |hours: &[u32]| if hours.len() == 24 { "*".to_owned() } else { numbers(hours) };
    grouped.iter().map(|(minutes, of)| format!("{}:{}:00", hours(of), numbers(minutes))).collect()
}

fn numbers(numbers: &[u32]) -> String {
    let texts: Vec<String> = numbers.iter().map(|number| format!("{number:02}")).collect();
    texts.join(",")
}

/// The days of a week, of which Sunday is both the first and the last of cron's.
fn weekdays(field: &Field) -> String {
    let is_there = |day: &usize| field.numbers.iter().any(|number| *number as usize % 7 == *day);
    let names: Vec<&str> = (0..7).filter(is_there).map(|day| WEEKDAYS[day]).collect();
    names.join(",")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn schedules_of_cron_become_calendar_events() {
        for (schedule, later, expected) in [
            ("0 2 * * *", 0, vec!["*-*-* 02:00:00"]),
            ("0 2 * * *", 90, vec!["*-*-* 03:30:00"]),
            ("30 23 * * *", 45, vec!["*-*-* 00:15:00"]),
            ("*/20 * * * *", 0, vec!["*-*-* *:00,20,40:00"]),
            ("5 */12 1 1-3 *", 0, vec!["*-01,02,03-01 00,12:05:00"]),
            ("0 4 * * 0", 0, vec!["Sun *-*-* 04:00:00"]),
            ("0 4 * * 5-7", 0, vec!["Sun,Fri,Sat *-*-* 04:00:00"]),
            ("0 4 1 * 1", 0, vec!["*-*-01 04:00:00", "Mon *-*-* 04:00:00"]),
            ("0 4 */15 * 1", 0, vec!["*-*-01,16,31 04:00:00", "Mon *-*-* 04:00:00"]),
            ("0,50 1,2 * * *", 20, vec!["*-*-* 01:20:00", "*-*-* 02:10,20:00", "*-*-* 03:10:00"]),
            ("10/25 0 * * *", 0, vec!["*-*-* 00:10,35:00"]),
        ] {
            assert_eq!(expressions(schedule, later), expected, "{schedule} {later}");
        }
    }

    /// Where systemd is, it must read every expression.
    #[test]
    fn systemd_reads_them() {
        for schedule in ["0 2 * * *", "*/7 1-5 1,15 */2 1-5", "59 23 31 12 7", "* * * * *", "5/10 3 * * 0,6"] {
            for expression in expressions(schedule, 15) {
                let read = std::process::Command::new("systemd-analyze").args(["calendar", &expression]).output();
                let Ok(read) = read else { return };
                assert!(read.status.success(), "{expression}: {}", String::from_utf8_lossy(&read.stderr));
            }
        }
    }
}
