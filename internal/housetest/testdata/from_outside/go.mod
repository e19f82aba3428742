module github.com/healthcheck-exporter/healthcheck_exporter

go 1.26.0

require (
	github.com/jackc/pgx/v5 v5.0.0
	go.yaml.in/yaml/v3 v3.0.0
	google.golang.org/grpc v1.0.0
)

replace (
	github.com/jackc/pgx/v5 => ./outside/pgx
	go.yaml.in/yaml/v3 => ./outside/yaml
	google.golang.org/grpc => ./outside/grpc
)
