//! One evaluation: hyper-parameters in, coefficients and objectives out.
//!
//! All memory is taken when the evaluator is made; an evaluation allocates nothing.

use outlay_stats::simd::{Kernel, axpy, dispatch, sum};

use super::carryover::Carryover;
use super::design::{Design, Space};
use super::objective::{Objectives, Split, decomp_rssd, nrmse};
use super::saturation::Hill;
use super::settings::{InterceptRule, LiftScope, RidgeSettings, Solver};
use super::solver::{Bounds, RidgeSolver};

/// Options of an evaluation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EvaluationOptions {
    /// Rule for a negative intercept.
    pub intercept: InterceptRule,
    /// How far coefficients are iterated.
    pub solver: Solver,
    /// Whether channels without effect make DECOMP.RSSD worse.
    pub zero_effect_penalty: bool,
    /// Whether spend shares are rounded to four decimals.
    pub round_spend_share: bool,
}

impl From<&RidgeSettings> for EvaluationOptions {
    fn from(settings: &RidgeSettings) -> Self {
        Self {
            intercept: settings.intercept,
            solver: settings.solver,
            zero_effect_penalty: settings.zero_effect_penalty,
            round_spend_share: settings.round_spend_share,
        }
    }
}

/// Evaluates hyper-parameter vectors of one design.
#[derive(Debug, Clone)]
pub struct Evaluator<'a> {
    design: &'a Design,
    space: &'a Space,
    options: EvaluationOptions,
    media: Vec<usize>,
    paid: Vec<usize>,
    bounds: Vec<Bounds>,
    spend_shares: Vec<f64>,
    lambda: (f64, f64),
    /// `[column][row of the window]`, media columns saturated.
    matrix: Vec<f64>,
    history: Vec<f64>,
    scratch: Vec<f64>,
    study: Vec<f64>,
    /// Saturation per media column.
    curves: Vec<Hill>,
    predicted: Vec<f64>,
    totals: Vec<f64>,
    effects: Vec<f64>,
    solver: RidgeSolver,
    split: Split,
}

/// One evaluation, to be compiled for the machine's instruction set as a whole.
struct Evaluation<'e, 'a> {
    evaluator: &'e mut Evaluator<'a>,
    point: &'e [f64],
}

impl Kernel for Evaluation<'_, '_> {
    type Output = Objectives;

    #[inline(always)]
    fn run(self) -> Objectives {
        self.evaluator.run(self.point)
    }
}

impl<'a> Evaluator<'a> {
    /// Takes the memory for a design.
    pub fn new(design: &'a Design, space: &'a Space, options: EvaluationOptions) -> Self {
        let (rows, p) = (design.rows(), design.columns.len());
        let media: Vec<usize> = design.media().collect();
        let paid: Vec<usize> = design.paid().collect();
        let mut matrix = vec![0.0; rows * p];
        for (j, column) in design.columns.iter().enumerate() {
            if !column.role.is_media() {
                matrix[j * rows..(j + 1) * rows]
                    .copy_from_slice(&column.values[design.window.clone()]);
            }
        }
        let spend: Vec<f64> = paid.iter().map(|j| design.window_spend(*j)).collect();
        let total: f64 = spend.iter().sum();
        let share = |s: &f64| {
            let share = if total > 0.0 { s / total } else { 0.0 };
            if options.round_spend_share { (share * 1e4).round_ties_even() / 1e4 } else { share }
        };
        let history = design.lead_in + design.window.end;
        Self {
            design,
            space,
            options,
            bounds: design.bounds(),
            spend_shares: spend.iter().map(share).collect(),
            lambda: design.lambda_range(),
            matrix,
            history: vec![0.0; history],
            scratch: vec![0.0; design.lead_in + design.kpi.len()],
            study: vec![0.0; history],
            curves: vec![Hill { alpha: 1.0, inflexion: 0.0 }; media.len()],
            predicted: vec![0.0; rows],
            totals: vec![0.0; p],
            effects: vec![0.0; paid.len()],
            solver: RidgeSolver::new(rows, p),
            split: Split::new(rows, None),
            media,
            paid,
        }
    }

    /// Fits the model at `point` (natural units, in the order of [`Space`]).
    pub fn evaluate(&mut self, point: &[f64]) -> Objectives {
        dispatch(Evaluation { evaluator: self, point })
    }

    /// Coefficients of the last evaluation.
    pub fn coefficients(&self) -> &[f64] {
        self.solver.coefficients()
    }

    /// Intercept of the last evaluation; 0 when there is none.
    pub fn intercept(&self) -> f64 {
        self.solver.intercept()
    }

    /// Blocks of the last evaluation.
    pub fn split(&self) -> Split {
        self.split
    }

    /// Prediction of the last evaluation, per row of the window.
    pub fn predicted(&self) -> &[f64] {
        &self.predicted
    }

    /// Transformed regressor `j` of the last evaluation, per row of the window.
    pub fn column(&self, j: usize) -> &[f64] {
        let rows = self.design.rows();
        &self.matrix[j * rows..(j + 1) * rows]
    }

    /// Total contribution of every column over the window, in the last evaluation.
    pub fn contributions(&self) -> &[f64] {
        &self.totals
    }

    /// λ at `point`, in glmnet's units.
    pub fn lambda_at(&self, point: &[f64]) -> f64 {
        let (low, high) = self.lambda;
        low + (high - low) * self.space.lambda(point)
    }

    #[inline(always)]
    fn run(&mut self, point: &[f64]) -> Objectives {
        self.transform(point);
        let rows = self.design.rows();
        self.split = Split::new(rows, self.space.train_size(point));
        let lambda = self.lambda_at(point);
        let y = &self.design.kpi[self.design.window.clone()];
        self.solver.fit(
            &self.matrix,
            rows,
            y,
            self.split.train,
            lambda,
            &self.bounds,
            self.space.penalties(point),
            self.options.intercept,
            self.options.solver,
        );
        self.predicted.fill(self.solver.intercept());
        for (j, b) in self.solver.coefficients().iter().enumerate() {
            let x = &self.matrix[j * rows..(j + 1) * rows];
            self.totals[j] = b * sum(x);
            if *b != 0.0 {
                axpy(*b, x, &mut self.predicted);
            }
        }
        for (effect, j) in self.effects.iter_mut().zip(&self.paid) {
            *effect = self.totals[*j];
        }
        let Split { train, validation, .. } = self.split;
        let block = |from: usize, to: usize| nrmse(&y[from..to], &self.predicted[from..to]);
        let nrmse_train = block(0, train).unwrap_or(f64::INFINITY);
        let nrmse_val = block(train, train + validation);
        let nrmse_test = block(train + validation, rows);
        Objectives {
            nrmse: nrmse_val.unwrap_or(nrmse_train),
            nrmse_train,
            nrmse_val,
            nrmse_test,
            decomp_rssd: decomp_rssd(
                &self.effects,
                &self.spend_shares,
                self.options.zero_effect_penalty,
            ),
            mape_lift: self.mape_lift(point),
        }
    }

    /// Adstocks over the history and saturates over the window.
    #[inline(always)]
    fn transform(&mut self, point: &[f64]) {
        let design = self.design;
        let rows = design.rows();
        let first = design.lead_in + design.window.start;
        for (m, &j) in self.media.iter().enumerate() {
            let parts = self.space.channel(point, m);
            let carryover = Carryover::from_parts(design.family, &parts[2..]);
            let values = &design.columns[j].values;
            let seen = self.history.len();
            carryover.apply(&values[..seen], &mut self.scratch, &mut self.history);
            let window = &self.history[first..];
            let hill = Hill::of_window(parts[0], parts[1], window);
            self.curves[m] = hill;
            hill.apply(window, &mut self.matrix[j * rows..(j + 1) * rows]);
        }
    }

    /// Mean of `|predicted lift - lift| / |lift|`; `None` without lift tests.
    ///
    /// Total scope: what the model gives the channel in the rows of the study. Immediate scope:
    /// less what the same curve gives to the carry-over of earlier exposure alone.
    #[inline(always)]
    fn mape_lift(&mut self, point: &[f64]) -> Option<f64> {
        let design = self.design;
        if design.lifts.is_empty() {
            return None;
        }
        let rows = design.rows();
        let mut error = 0.0;
        for lift in &design.lifts {
            let mut predicted = 0.0;
            for &j in &lift.columns {
                let from = lift.rows.start - design.window.start;
                let to = lift.rows.end - design.window.start;
                let mut effect: f64 = self.matrix[j * rows + from..j * rows + to].iter().sum();
                if let (LiftScope::Immediate, Some(m)) =
                    (lift.scope, self.media.iter().position(|k| *k == j))
                {
                    effect -= self.carried_in(point, m, j, lift.rows.clone());
                }
                predicted += self.solver.coefficients()[j] * effect;
            }
            error += (predicted * lift.day_ratio - lift.lift).abs() / lift.lift.abs();
        }
        Some(error / design.lifts.len() as f64)
    }

    /// Saturated effect in `rows` of exposure before them.
    #[inline(always)]
    fn carried_in(
        &mut self,
        point: &[f64],
        m: usize,
        j: usize,
        rows: std::ops::Range<usize>,
    ) -> f64 {
        let design = self.design;
        let parts = self.space.channel(point, m);
        let carryover = Carryover::from_parts(design.family, &parts[2..]);
        let (from, to) = (design.lead_in + rows.start, design.lead_in + rows.end);
        let values = &design.columns[j].values;
        self.study[..from].copy_from_slice(&values[..from]);
        self.study[from..].fill(0.0);
        carryover.apply(&self.study, &mut self.scratch, &mut self.history);
        self.history[from..to].iter().map(|a| self.curves[m].at(*a)).sum()
    }
}
