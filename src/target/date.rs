//! Days of the calendar, as tables of a target hold them. There is no clock here.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

/// A day of the Gregorian calendar, written `2026-11-23`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Date {
    year: i32,
    month: u8,
    day: u8,
}

impl Date {
    /// How many days lie between this day and a later one; negative for an earlier one.
    pub fn until(self, later: Date) -> i64 {
        later.number() - self.number()
    }

    /// Days since 1 March of the year 0 (Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
    fn number(self) -> i64 {
        let (year, month) = (i64::from(self.year), i64::from(self.month));
        let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (153 * month + 2) / 5
            + i64::from(self.day)
    }
}

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('-').collect();
        let date = match parts.as_slice() {
            [year, month, day] if (year.len(), month.len(), day.len()) == (4, 2, 2) => {
                match (year.parse(), month.parse(), day.parse()) {
                    (Ok(year), Ok(month), Ok(day)) => Some(Date { year, month, day }),
                    _ => None,
                }
            }
            _ => None,
        };
        date.filter(|date| (1..=12).contains(&date.month) && (1..=date.days()).contains(&date.day))
            .ok_or_else(|| format!("expected a day such as `2026-11-23`, found `{text}`"))
    }
}

impl Date {
    /// How many days its month has.
    fn days(self) -> u8 {
        let leap = self.year % 4 == 0 && (self.year % 100 != 0 || self.year % 400 == 0);
        match self.month {
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => 31,
        }
    }
}

impl std::fmt::Display for Date {
    fn fmt(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl JsonSchema for Date {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn date(text: &str) -> Date {
        Date::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn days_between() {
        assert_eq!(date("2026-11-23").until(date("2026-12-02")), 9);
        assert_eq!(date("2026-12-02").until(date("2026-11-23")), -9);
        assert_eq!(date("2024-02-28").until(date("2024-03-01")), 2);
        assert_eq!(date("2026-11-23").until(date("2027-11-23")), 365);
        assert_eq!(date("1999-12-31").until(date("2000-01-01")), 1);
        assert!(date("2026-11-23") < date("2026-12-02"));
        assert_eq!(date("2026-01-05").to_string(), "2026-01-05");
    }

    #[test]
    fn only_days_that_exist() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "26-01-01", "2026-01-01-01", "tomorrow", ""]
        {
            assert!(Date::try_from(text.to_owned()).is_err(), "{text}");
        }
    }
}
