//! Whether digits alone can be a resident identity number (GB 11643) or the number of a bank card (Luhn).
//!
//! Takes the characters of one number. Never looks at the text around it.

use crate::form::words;
use crate::model::days_of_month;

/// Whether eighteen characters are a resident identity number (GB 11643): region, date of birth, check digit.
pub(super) fn identity(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [u8; 11] = *b"10X98765432";
    let bytes = number.as_bytes();
    if bytes.len() != 18 || bytes[..17].iter().any(|b| !b.is_ascii_digit()) {
        return false;
    }
    let part = |from: usize, to: usize| bytes[from..to].iter().fold(0u32, |n, b| n * 10 + u32::from(b - b'0'));
    let (year, month, day) = (part(6, 10), part(10, 12), part(12, 14));
    let sum: u32 = bytes[..17].iter().zip(WEIGHTS).map(|(b, w)| u32::from(b - b'0') * w).sum();
    let region = words().private.regions.iter().any(|r| number.starts_with(r.as_str()));
    region
        && (1900..2100).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_of_month(year, month)).contains(&day)
        && CHECKS[(sum % 11) as usize] == bytes[17].to_ascii_uppercase()
}

/// Whether a number that is called an identity number may be one: with a wrong check digit, one digit too many or too few, or
/// with the fifteen digits that were issued before 1999.
pub(super) fn called_identity(number: &str) -> bool {
    let region = words().private.regions.iter().any(|r| number.starts_with(r.as_str()));
    let digit = |b: u8| b.is_ascii_digit();
    let born = |at: usize| {
        let century = number.get(at..at + 2);
        century == Some("19") || century == Some("20")
    };
    let old = || {
        let part = |from: usize| number.get(from..from + 2).and_then(|p| p.parse::<u32>().ok());
        part(8).is_some_and(|month| (1..=12).contains(&month)) && part(10).is_some_and(|day| (1..=31).contains(&day))
    };
    let digits = number.len().checked_sub(1).is_some_and(|last| number.bytes().take(last).all(digit));
    region
        && digits
        && match number.len() {
            15 => old(),
            18 => true,
            17 | 19 => born(6),
            _ => false,
        }
}

/// The Luhn check of card numbers.
pub(super) fn luhn(number: &str) -> bool {
    let doubled = |n: u32| if n > 4 { 2 * n - 9 } else { 2 * n };
    let figures = number.bytes().rev().map(|b| u32::from(b.wrapping_sub(b'0')));
    let sum: u32 = figures.enumerate().map(|(i, n)| if i % 2 == 1 { doubled(n) } else { n }).sum();
    !number.is_empty() && sum.is_multiple_of(10) && number.bytes().any(|b| b != b'0')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identity_numbers_by_their_check() {
        for good in ["11010519491231002X", "11010519491231002x"] {
            assert!(identity(good), "{good}");
        }
        let bad = [
            "110105194912310021",
            "11010519491331002X",
            "99010519491231002X",
            "1101051949123100",
            "11010520230229002X",
            "440524188001010014",
        ];
        for bad in bad {
            assert!(!identity(bad), "{bad}");
        }
    }

    /// Numbers that card networks publish for tests.
    const CARDS: [&str; 6] = [
        "4111111111111111",
        "5555555555554444",
        "6011111111111117",
        "3530111333300000",
        "378282246310005",
        "6200000000000005",
    ];

    #[test]
    fn cards_have_a_check_digit_that_one_slip_breaks() {
        for card in CARDS {
            assert!(luhn(card), "{card}");
            for at in 0..card.len() {
                for digit in '0'..='9' {
                    let other = [&card[..at], &digit.to_string(), &card[at + 1..]].concat();
                    assert_eq!(luhn(&other), other == card, "{other}");
                }
                // Exchanged neighbours are found, except 0 and 9.
                if let [a, b] = card.as_bytes()[at..].first_chunk::<2>().copied().unwrap_or_default()
                    && a != b
                    && !matches!([a.min(b), a.max(b)], [b'0', b'9'])
                {
                    let exchanged = [&card[..at], &card[at + 1..at + 2], &card[at..=at], &card[at + 2..]].concat();
                    assert!(!luhn(&exchanged), "{exchanged}");
                }
            }
        }
        assert!(!luhn("") && !luhn("0000000000000000"));
    }
}
