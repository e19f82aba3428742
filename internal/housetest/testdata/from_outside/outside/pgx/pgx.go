// Package pgx stands for a driver.
package pgx
