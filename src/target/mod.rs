//! Targets: platforms as data. A noun, not a stage.
