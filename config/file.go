package config

import (
	"time"

	"go.yaml.in/yaml/v3"
)

// A file is what may stand in the YAML file. A nil pointer was not given.
type file struct {
	Global      global      `yaml:"global"`
	Checks      []check     `yaml:"checks"` // decoded one by one
	Environment environment `yaml:"environment"`
	Healthcheck healthcheck `yaml:"healthcheck"`
}

type global struct {
	Timeout     *time.Duration `yaml:"timeout"`
	SuccessTTL  *time.Duration `yaml:"success_ttl"`
	FailedTTL   *time.Duration `yaml:"failed_ttl"`
	MaxWait     *time.Duration `yaml:"max_wait"`
	Concurrency *int           `yaml:"concurrency"`
}

type check struct {
	Name             string `yaml:"name"`
	Types            `yaml:",inline"`
	Timeout          *time.Duration `yaml:"timeout"`
	SuccessTTL       *time.Duration `yaml:"success_ttl"`
	FailedTTL        *time.Duration `yaml:"failed_ttl"`
	Optional         bool           `yaml:"optional"`
	FailureThreshold *int           `yaml:"failure_threshold"`
	SuccessThreshold *int           `yaml:"success_threshold"`
	Tags             []string       `yaml:"tags"`
	DependsOn        []string       `yaml:"depends_on"`
	Description      string         `yaml:"description"`
	Runbook          string         `yaml:"runbook"`
}

type environment struct {
	Disable  []string          `yaml:"disable"`
	Sections yaml.Node         `yaml:"sections"`
	Labels   map[string]string `yaml:"labels"`
	Scrub    scrubbing         `yaml:"scrub"`
}

type scrubbing struct {
	Names []string `yaml:"names"`
	Allow []string `yaml:"allow"`
}

type healthcheck struct {
	Format         string            `yaml:"format"`
	SuccessStatus  int               `yaml:"success_status"`
	FailedStatus   int               `yaml:"failed_status"`
	DrainingStatus int               `yaml:"draining_status"`
	SuccessHeaders map[string]string `yaml:"success_headers"`
	FailedHeaders  map[string]string `yaml:"failed_headers"`
	Sections       yaml.Node         `yaml:"sections"`
}
