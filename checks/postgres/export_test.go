package postgres

// Prepared is a password after SASLprep.
var Prepared = prepared
