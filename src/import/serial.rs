//! Serial dates of spreadsheets: days since an epoch, with the time of day as a fraction.

/// The latest day that spreadsheets have, 31 December 9999, under the two epochs.
const LAST: [u64; 2] = [2_958_465, 2_957_003];
/// 29 February 1900, which exists only in spreadsheets: 1900 was not a leap year.
const NO_DAY: u64 = 60;

/// Returns the year, month and day of a serial date that counts from 1900 or 1904. A number outside the range of spreadsheets
/// gives their first or last day.
pub(super) fn date(serial: f64, is_1904: bool) -> (u16, u8, u8) {
    // The cast saturates: negative numbers and NaN become 0.
    let days = (serial.floor() as u64).min(LAST[usize::from(is_1904)]);
    // Days from 1 March of the year 0 to the epoch: 1904-01-01, or 1899-12-31; after the day that did not exist, one day earlier.
    let since = match (is_1904, days) {
        (true, _) => days + 695_361,
        (false, NO_DAY) => return (1900, 2, 29),
        (false, _) if days < NO_DAY => days + 693_900,
        (false, _) => days + 693_899,
    };
    civil(since)
}

/// Returns the date that is `days` days after 1 March of the year 0 (proleptic Gregorian calendar).
fn civil(days: u64) -> (u16, u8, u8) {
    // A cycle of 400 years has 146,097 days. Years begin in March, so that a leap day is the last of its year.
    let (cycle, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Any five consecutive months from March to January have 153 days.
    let month = (5 * day + 2) / 153;
    let (of_month, month) = (day - (153 * month + 2) / 5 + 1, if month < 10 { month + 3 } else { month - 9 });
    ((400 * cycle + year + u64::from(month <= 2)) as u16, month as u8, of_month as u8)
}

#[cfg(test)]
mod tests {
    use calamine::{ExcelDateTime, ExcelDateTimeType};

    use super::*;

    #[test]
    fn every_day_is_the_one_that_another_reader_finds() {
        for is_1904 in [false, true] {
            for day in 0..=LAST[usize::from(is_1904)] + 2 {
                let theirs = ExcelDateTime::new(day as f64, ExcelDateTimeType::DateTime, is_1904).to_ymd_hms_milli();
                assert_eq!(date(day as f64, is_1904), (theirs.0, theirs.1, theirs.2), "{day} {is_1904}");
            }
        }
        for odd in [-1.0, f64::NAN, f64::INFINITY, 45_292.75, 59.9, 60.5] {
            let theirs = ExcelDateTime::new(odd, ExcelDateTimeType::DateTime, false).to_ymd_hms_milli();
            assert_eq!(date(odd, false), (theirs.0, theirs.1, theirs.2), "{odd}");
        }
    }
}
