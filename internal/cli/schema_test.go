package cli_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/healthcheck-exporter/healthcheck_exporter/internal/cli"
)

func TestConfigSchemaPrintsAJSONSchema(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := cli.Run(t.Context(), []string{"config", "schema"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Errorf("config schema ends with %d and prints %q", status, &stderr)
	}
	var schema struct {
		Schema     string `json:"$schema"`
		Properties map[string]any
	}
	if err := json.Unmarshal(stdout.Bytes(), &schema); err != nil || schema.Schema == "" || schema.Properties["checks"] == nil {
		t.Errorf("config schema prints %.200s (%v), want a schema with checks", &stdout, err)
	}
}
