package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func main() {
	if err := write("."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// write writes every generated file below dir.
func write(dir string) error {
	files, err := files()
	if err != nil {
		return err
	}
	for path, data := range files {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o644); err != nil { //nolint:gosec // Everybody may read it.
			return err
		}
	}
	return nil
}

// files returns the content of each generated file by its path.
func files() (map[string][]byte, error) {
	all := map[string][]byte{}
	for name, builder := range map[string]*dashboard.DashboardBuilder{"fleet": fleet(), "host": host(), "check": check()} {
		board, err := builder.Build()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		for i := range board.Panels {
			board.Panels[i].Panel.Id = cog.ToPtr(uint32(i + 1))
		}
		var text bytes.Buffer
		encoder := json.NewEncoder(&text)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(board); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all["dashboards/"+name+".json"] = text.Bytes()
	}
	rules, err := alerts("../prometheus/rules.yml")
	if err != nil {
		return nil, err
	}
	all["provisioning/alerting/rules.yml"] = rules
	return all, nil
}
