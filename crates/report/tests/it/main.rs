//! The page as a reader, a printer and an attacker see it.

mod fixture;
mod hostile;
mod markup;
mod page;
