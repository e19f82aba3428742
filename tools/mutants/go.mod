// A sampled mutation test of the packages of healthcheck_exporter.
module github.com/healthcheck-exporter/healthcheck_exporter/tools/mutants

go 1.26.0
