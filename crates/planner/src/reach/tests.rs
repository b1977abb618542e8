//! What must hold for every curve, whatever it was made from.

mod curves;
mod fits;
mod segments;
