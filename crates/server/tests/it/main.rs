//! The real server on a free port, on the embedded database in a temporary folder.

mod access;
mod doctor;
mod flow;
mod live;
mod shape;
mod support;
