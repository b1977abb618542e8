//! Files in, as users have them.

mod shared_data;
