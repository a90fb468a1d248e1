//! Text as names are compared: without case, width, blanks and hyphens.
