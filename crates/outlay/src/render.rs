//! How results look in the terminal: one sentence, a table aligned on the decimal point, where
//! the files are, the next command to try.
