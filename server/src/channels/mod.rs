//! Other ways in: one file for each channel, each turning its own format into `desk::customer_says`.

pub mod rest;
