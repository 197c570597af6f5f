//! Numbers behind the short texts of a blueprint. Each takes a text whose shape the schema has checked and gives `None`
//! only where the number is out of range.

use super::name::{Bytes, Cpu, Duration};

/// Bytes in a mebibyte.
pub const MEBIBYTE: u64 = 1024 * 1024;

/// Thousandths of a processor core: `500m` is 500, `"0.5"` too, `"2"` is 2000.
pub fn millicores(cpu: &Cpu) -> Option<u64> {
    if let Some(thousandths) = cpu.as_str().strip_suffix('m') {
        return thousandths.parse().ok();
    }
    let (whole, part) = cpu.as_str().split_once('.').unwrap_or((cpu.as_str(), ""));
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<3}").parse().ok()?;
    whole.checked_mul(1000)?.checked_add(part)
}

/// Bytes: `1Ki` is 1024.
pub fn bytes(amount: &Bytes) -> Option<u64> {
    let text = amount.as_str();
    let (number, unit) = text.split_at(text.len().checked_sub(2)?);
    let power = match unit {
        "Ki" => 1,
        "Mi" => 2,
        "Gi" => 3,
        "Ti" => 4,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(1024_u64.pow(power))
}

/// Milliseconds: `2s` is 2000.
pub fn milliseconds(time: &Duration) -> Option<u64> {
    let text = time.as_str();
    let (number, unit) = text.split_at(text.find(|letter: char| !letter.is_ascii_digit())?);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// Whole seconds, rounded up.
pub fn seconds(time: &Duration) -> Option<u64> {
    milliseconds(time).map(|time| time.div_ceil(1000))
}

/// A multiple of a processor amount, in cores where it is whole.
pub fn cpu_times(cpu: &Cpu, factor: u64) -> Option<Cpu> {
    let thousandths = millicores(cpu)?.checked_mul(factor)?;
    let text =
        if thousandths.is_multiple_of(1000) { (thousandths / 1000).to_string() } else { format!("{thousandths}m") };
    Some(Cpu::trusted(text))
}

/// A multiple of an amount, in the largest unit that leaves it whole.
pub fn bytes_times(amount: &Bytes, factor: u64) -> Option<Bytes> {
    let kibibytes = bytes(amount)?.checked_mul(factor)? / 1024;
    let power = (0..3).rev().find(|power| kibibytes % 1024_u64.pow(power + 1) == 0).map_or(0, |power| power + 1);
    let unit = ["Ki", "Mi", "Gi", "Ti"].get(power as usize)?;
    Some(Bytes::trusted(format!("{}{unit}", kibibytes / 1024_u64.pow(power))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores() {
        let of = |text: &str| millicores(&Cpu::trusted(text));
        assert_eq!((of("500m"), of("0.5"), of("2"), of("1.25")), (Some(500), Some(500), Some(2000), Some(1250)));
        assert_eq!(of("99999999999999999999"), None);
    }

    #[test]
    fn amounts() {
        assert_eq!(bytes(&Bytes::trusted("20Gi")), Some(20 << 30));
        assert_eq!(bytes(&Bytes::trusted("999999999Ti")), None);
    }

    #[test]
    fn multiples() {
        let of = |text: &str| bytes_times(&Bytes::trusted(text), 2).map(|bytes| bytes.to_string());
        assert_eq!((of("256Mi"), of("512Mi")), (Some("512Mi".into()), Some("1Gi".into())));
        assert_eq!((of("3Ki"), of("8Ti"), of("999999999Ti")), (Some("6Ki".into()), Some("16Ti".into()), None));
        let of = |text: &str| cpu_times(&Cpu::trusted(text), 4).map(|cpu| cpu.to_string());
        assert_eq!((of("250m"), of("100m"), of("0.5")), (Some("1".into()), Some("400m".into()), Some("2".into())));
    }

    #[test]
    fn times() {
        assert_eq!(milliseconds(&Duration::trusted("500ms")), Some(500));
        assert_eq!(seconds(&Duration::trusted("30d")), Some(2_592_000));
        assert_eq!(seconds(&Duration::trusted("500ms")), Some(1));
    }
}
