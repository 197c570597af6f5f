//! akcgen
