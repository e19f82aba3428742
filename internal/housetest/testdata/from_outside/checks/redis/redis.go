// Package redis may use its own client, and no other.
package redis

import (
	_ "database/sql"

	_ "github.com/jackc/pgx/v5"
	_ "go.yaml.in/yaml/v3"
)
