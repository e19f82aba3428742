// Package store may use drivers.
package store

import (
	_ "database/sql"

	_ "github.com/jackc/pgx/v5"
	_ "go.yaml.in/yaml/v3"
)
