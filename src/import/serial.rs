//! Serial dates of spreadsheets: days since an epoch, with the time of day as a fraction.

/// The latest day that spreadsheets have, 31 December 9999, under the two epochs.
const LAST: [u64; 2] = [2_958_465, 2_957_003];
/// 29 February 1900, which exists only in spreadsheets: 1900 was not a leap year.
const NO_DAY: u64 = 60;

/// Returns the year, month and day of a serial date that counts from 1900 or 1904; `None` if the number is no day of any calendar:
/// outside the range of spreadsheets, and the day 0 and the leap day that only those that count from 1900 have.
pub(super) fn date(serial: f64, is_1904: bool) -> Option<(u16, u8, u8)> {
    let days = serial.floor();
    // NaN is in no range.
    if !(0.0..=LAST[usize::from(is_1904)] as f64).contains(&days) {
        return None;
    }
    // Days from 1 March of the year 0 to the epoch: 1904-01-01, or 1899-12-31; after the day that did not exist, one day earlier.
    let since = match (is_1904, days as u64) {
        (true, days) => days + 695_361,
        (false, 0 | NO_DAY) => return None,
        (false, days) if days < NO_DAY => days + 693_900,
        (false, days) => days + 693_899,
    };
    Some(civil(since))
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
            for day in 0..=LAST[usize::from(is_1904)] {
                let theirs = ExcelDateTime::new(day as f64, ExcelDateTimeType::DateTime, is_1904).to_ymd_hms_milli();
                let expected = (is_1904 || ![0, NO_DAY].contains(&day)).then_some((theirs.0, theirs.1, theirs.2));
                assert_eq!(date(day as f64, is_1904), expected, "{day} {is_1904}");
            }
        }
        for part_of_a_day in [45_292.75, 59.9, 61.5] {
            let theirs = ExcelDateTime::new(part_of_a_day, ExcelDateTimeType::DateTime, false).to_ymd_hms_milli();
            assert_eq!(date(part_of_a_day, false), Some((theirs.0, theirs.1, theirs.2)), "{part_of_a_day}");
        }
    }

    #[test]
    fn a_number_outside_the_calendar_is_no_date() {
        for odd in [-5.0, -0.1, 0.0, 0.5, 60.0, 60.5, 2_958_466.0, 1e300, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(date(odd, false), None, "{odd}");
        }
        for odd in [-1.0, -0.1, 2_957_004.0, 1e300, f64::NAN] {
            assert_eq!(date(odd, true), None, "{odd}");
        }
        assert_eq!(date(2_958_465.9, false), Some((9999, 12, 31)));
        assert_eq!(date(0.0, true), Some((1904, 1, 1)));
    }
}
