//! Exact decimal sums: an integer mantissa and a scale.
//!
//! Takes decimals, gives their exact sum or conversion, or `None` if it does not fit. Never rounds.

use crate::form::Unit;
use crate::model::Decimal;

/// An exact decimal, `mantissa / 10^scale`. Operations return `None` if the result does not fit; nothing is rounded or wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exact {
    mantissa: i128,
    scale: u32,
}

impl Exact {
    pub fn of(number: Decimal) -> Exact {
        let number = number.normalize();
        Exact { mantissa: number.mantissa(), scale: number.scale() }
    }

    /// Converts an amount to another unit of money.
    pub fn converted(self, from: Unit, to: Unit) -> Option<Exact> {
        let mut mantissa = self.mantissa.checked_mul(from.in_yuan().into())?;
        let (mut scale, divisor) = (self.scale, i128::from(to.in_yuan()));
        // Units are powers of ten, so the loop terminates.
        while mantissa % divisor != 0 {
            (mantissa, scale) = (mantissa.checked_mul(10)?, scale.checked_add(1)?);
        }
        Some(Exact { mantissa: mantissa / divisor, scale }.shortest())
    }

    pub fn plus(self, other: Exact) -> Option<Exact> {
        let scale = self.scale.max(other.scale);
        let mantissa = self.scaled(scale)?.checked_add(other.scaled(scale)?)?;
        Some(Exact { mantissa, scale }.shortest())
    }

    /// Converts to a decimal; `None` if a decimal cannot represent it.
    pub fn decimal(self) -> Option<Decimal> {
        Decimal::try_from_i128_with_scale(self.mantissa, self.scale).ok()
    }

    fn scaled(self, scale: u32) -> Option<i128> {
        self.mantissa.checked_mul(10i128.checked_pow(scale - self.scale)?)
    }

    /// Removes trailing zeros of the decimals.
    fn shortest(mut self) -> Exact {
        while self.scale > 0 && self.mantissa % 10 == 0 {
            (self.mantissa, self.scale) = (self.mantissa / 10, self.scale - 1);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        Exact::of(Decimal::from_str_exact(text).unwrap())
    }

    fn shown(e: Option<Exact>) -> String {
        e.and_then(Exact::decimal).map_or("-".to_owned(), |d| d.to_string())
    }

    #[test]
    fn money_is_converted_to_the_last_digit() {
        let (yuan, more) = (Unit::Yuan, Unit::TenThousandYuan);
        assert_eq!(shown(exact("251000").converted(yuan, more)), "25.1");
        assert_eq!(shown(exact("0.01").converted(yuan, more)), "0.000001");
        assert_eq!(shown(exact("160.5964").converted(more, yuan)), "1605964");
        assert_eq!(shown(exact("-3.50").converted(more, more)), "-3.5");
        assert_eq!(shown(exact("0").converted(yuan, more)), "0");
    }

    #[test]
    fn sums_are_exact_or_none() {
        assert_eq!(shown(exact("0.1").plus(exact("0.2"))), "0.3");
        // A sum that a decimal of 28 digits would round.
        let (large, small) = (exact("7922816251426433759354395033"), exact("0.0001"));
        assert_eq!(shown(large.plus(small)), "-");
        assert_eq!(shown(large.plus(exact("-7922816251426433759354395032.5"))), "0.5");
        let top = Exact { mantissa: i128::MAX, scale: 0 };
        assert_eq!(top.plus(exact("1")), None);
        assert_eq!(top.converted(Unit::TenThousandYuan, Unit::Yuan), None);
    }
}
