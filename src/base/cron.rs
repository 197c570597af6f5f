//! Schedules as cron writes them: five fields, in UTC (POSIX.1-2017, crontab).

/// The fields in order: what each is called, and its range.
pub const FIELDS: [(&str, u32, u32); 5] =
    [("minute", 0, 59), ("hour", 0, 23), ("day", 1, 31), ("month", 1, 12), ("weekday", 0, 7)];
/// The most days of each month.
const DAYS: [u32; 12] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/// One field of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its numbers, sorted.
    pub numbers: Vec<u32>,
    /// Whether it is a star without a step: then it restricts nothing, not even together with another.
    pub is_any: bool,
}

/// A field as it is written: `*`, `5`, `1-5`, `*/2`, `1-30/2`, or several of them with commas between. `None` for any
/// other text.
pub fn field(text: &str, low: u32, high: u32) -> Option<Field> {
    let mut field = Field { numbers: Vec::new(), is_any: false };
    for part in text.split(',') {
        let (range, step) = part.split_once('/').map_or((part, None), |(range, step)| (range, Some(step)));
        let number = |text: &str, low: u32| text.parse::<u32>().ok().filter(|number| (low..=high).contains(number));
        let every = step.map_or(Some(1), |step| number(step, 1))?;
        let (from, to) = match range.split_once('-') {
            _ if range == "*" => (low, high),
            Some((from, to)) => (number(from, low)?, number(to, low)?),
            // A step from one number on goes to the end.
            None => number(range, low).map(|from| (from, if step.is_some() { high } else { from }))?,
        };
        if from > to {
            return None;
        }
        field.is_any |= range == "*" && every == 1;
        field.numbers.extend((from..=to).step_by(usize::try_from(every).ok()?));
    }
    field.numbers.sort_unstable();
    field.numbers.dedup();
    Some(field)
}

/// The fields of a schedule; `None` for a text that is none.
pub fn schedule(text: &str) -> Option<[Field; 5]> {
    let mut texts = text.split(' ');
    let fields: Vec<Field> = FIELDS.iter().map_while(|(_, low, high)| field(texts.next()?, *low, *high)).collect();
    <[Field; 5]>::try_from(fields).ok().filter(|_| texts.next().is_none())
}

/// Whether a schedule ever comes: none does on a day that its months lack. A weekday counts for itself.
pub fn comes(fields: &[Field; 5]) -> bool {
    let [_, _, days, months, weekdays] = fields;
    let first = days.numbers.first();
    let has = |month: &u32| first.is_some_and(|day| (1..).zip(DAYS).any(|(at, most)| at == *month && *day <= most));
    !weekdays.is_any || months.numbers.iter().any(has)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn fields_are_read() {
        let numbers = |text: &str| field(text, 0, 59).map(|field| field.numbers);
        assert_eq!(numbers("*/20").unwrap(), [0, 20, 40]);
        assert_eq!(numbers("10-50/15,5").unwrap(), [5, 10, 25, 40]);
        assert_eq!(numbers("10/25").unwrap(), [10, 35]);
        for wrong in ["60", "5-1", "*/0", "*/x", "", "1-", "-", "*/", "99999999999", "*-5"] {
            assert_eq!(numbers(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_never_comes_is_seen() {
        let comes = |text: &str| comes(&schedule(text).unwrap());
        for some in ["0 2 * * *", "0 2 29 2 *", "0 2 31 2,3 *", "0 2 31 2 1", "0 2 */31 2 *"] {
            assert!(comes(some), "{some}");
        }
        for never in ["0 2 30 2 *", "0 2 31 4,6,9,11 *", "0 2 30-31 2 *"] {
            assert!(!comes(never), "{never}");
        }
        for wrong in ["0 25 * * *", "0 2 * *", "0 2 * * * *", "0  2 * * *"] {
            assert_eq!(schedule(wrong), None, "{wrong}");
        }
    }
}
