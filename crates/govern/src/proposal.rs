//! A request that has been validated, with what earlier changes of its batch did.

use outlay_core::Money;

use crate::error::GuardError;
use crate::figures::amount;
use crate::limits::Limits;
use crate::request::{Change, Request};

/// What earlier changes of the same batch have done.
#[derive(Debug, Default)]
pub(crate) struct Earlier {
    /// To this target, in order.
    pub(crate) changes: Vec<Change>,
    /// To the room for exploration in this portfolio, in millionths of a micro.
    pub(crate) explored: i128,
}

/// A request whose amounts are positive, in one currency, consistent and not stale.
pub(crate) struct Proposal<'a> {
    pub(crate) request: &'a Request,
    pub(crate) limits: &'a Limits,
    pub(crate) earlier: &'a Earlier,
    /// The daily budget in force once the earlier changes are made.
    pub(crate) now: Money,
}

impl<'a> Proposal<'a> {
    /// Validates `request`.
    ///
    /// # Errors
    /// [`GuardError`] for amounts in another currency or out of range, a stale value, and totals
    /// or intervals that contradict themselves.
    pub(crate) fn read(
        request: &'a Request,
        limits: &'a Limits,
        earlier: &'a Earlier,
    ) -> Result<Self, GuardError> {
        let now = earlier.changes.last().map_or(request.now, |change| change.after);
        let proposal = Self { request, limits, earlier, now };
        proposal.check_budgets()?;
        proposal.check_portfolio()?;
        proposal.check_evidence()?;
        if request.read != now {
            let target = request.target.clone();
            return Err(GuardError::Stale { target, read: request.read, now });
        }
        Ok(proposal)
    }

    /// Whether more is asked than is in force.
    pub(crate) fn is_raise(&self) -> bool {
        self.request.asked.micros > self.now.micros
    }

    /// How far the asked value is from the one in force, in micros.
    pub(crate) fn size(&self) -> i128 {
        (i128::from(self.request.asked.micros) - i128::from(self.now.micros)).abs()
    }

    /// The daily budget `micros` from the one in force in the direction asked for.
    pub(crate) fn moved(&self, micros: i128) -> Money {
        let sign = if self.is_raise() { 1 } else { -1 };
        self.money(i128::from(self.now.micros) + sign * micros)
    }

    /// Money of the account; what no budget can reach becomes the largest amount there is.
    pub(crate) fn money(&self, micros: i128) -> Money {
        let micros = micros.clamp(i64::MIN.into(), i64::MAX.into());
        Money::new(micros as i64, self.limits.currency)
    }

    /// An amount of the account for people.
    pub(crate) fn text(&self, micros: impl Into<i128>) -> String {
        amount(micros, self.limits.currency)
    }

    fn check_budgets(&self) -> Result<(), GuardError> {
        let Request { read, now, asked, day, .. } = self.request;
        self.positive("the budget as read", *read)?;
        self.positive("the budget in force", *now)?;
        self.positive("the budget asked for", *asked)?;
        self.positive("the budget at the start of the day", day.start)?;
        for change in &day.changes {
            self.not_negative("a budget in the day's changes", change.before)?;
            self.not_negative("a budget in the day's changes", change.after)?;
        }
        Ok(())
    }

    fn check_portfolio(&self) -> Result<(), GuardError> {
        let portfolio = &self.request.portfolio;
        let total = self.not_negative("the portfolio's total", portfolio.total)?;
        let exploring = self.not_negative("the portfolio's exploring part", portfolio.exploring)?;
        let side = if self.request.exploring { exploring } else { total - exploring };
        // The totals are from before the batch, and so must be the budget compared with them.
        let before = self.earlier.changes.first().map_or(self.now, |change| change.before);
        if exploring > total || i128::from(before.micros) > side {
            return Err(GuardError::Portfolio(portfolio.id.clone()));
        }
        Ok(())
    }

    fn check_evidence(&self) -> Result<(), GuardError> {
        if let Some(cac) = &self.request.cac {
            let lower = self.not_negative("the CAC", cac.lower)?;
            if let Some(upper) = cac.upper
                && self.not_negative("the CAC", upper)? < lower
            {
                return Err(GuardError::Interval("the CAC"));
            }
        }
        for day in &self.request.history {
            self.not_negative("a daily spend", day.spend)?;
        }
        self.request.returns.map_or(Ok(()), |returns| returns.uncertainty().map(|_| ()))
    }

    fn positive(&self, what: &'static str, found: Money) -> Result<i128, GuardError> {
        match self.micros(what, found)? {
            ..=0 => Err(GuardError::NotPositive { what, found }),
            micros => Ok(micros),
        }
    }

    fn not_negative(&self, what: &'static str, found: Money) -> Result<i128, GuardError> {
        match self.micros(what, found)? {
            ..0 => Err(GuardError::Negative { what, found }),
            micros => Ok(micros),
        }
    }

    fn micros(&self, what: &'static str, found: Money) -> Result<i128, GuardError> {
        let expected = self.limits.currency;
        if found.currency != expected {
            return Err(GuardError::Currency { what, found: found.currency, expected });
        }
        Ok(found.micros.into())
    }
}
