package config

import (
	"crypto/sha256"
	"fmt"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
	"github.com/healthcheck-exporter/healthcheck_exporter/scrub"
)

// A loading is a configuration being loaded.
type loading struct {
	document     *document.Document
	certificates bool // open certificate files too
	vault        *vault
	short        []shortSecret
	taken        fingerprint        // of the check being made
	beside       map[string]content // the files that are read beside the sources
	config       *Config
}

func newLoading(sources []document.Source) *loading {
	l := &loading{document: document.Parse(sources), config: &Config{}, beside: map[string]content{}}
	for _, s := range sources {
		l.config.Hash = sha256.Sum256(append(l.config.Hash[:], s.Data...))
		if s.Name != defaultName {
			l.config.Files = append(l.config.Files, s.Name)
		}
	}
	l.config.showing(sources)
	return l
}

func (l *loading) load() (*Config, error) {
	if l.document.Empty() {
		l.document.FaultEverywhere("is empty, want checks: (checks: [] for none)")
	}
	l.rules()
	root := l.document.Root()
	l.document.Text = l.text
	var f file
	root.Decode(&f)
	l.global(f.Global, root.Get("global"))
	l.config.Checks = make([]checks.Check, 0, len(f.Checks))
	for i := range f.Checks {
		l.check(&f.Checks[i])
	}
	l.connect(f.Checks)
	l.healthcheck(f.Healthcheck, root.Get("healthcheck"))
	l.views(f.Views, f.Checks)
	l.environment(f.Environment, root.Get("environment"))
	if err := l.document.Err(); err != nil {
		return nil, err
	}
	l.config.Secrets = l.vault.literals
	for _, c := range l.config.Checks {
		l.config.definitions = append(l.config.definitions, definition{c.Name, c.Fingerprint})
	}
	l.warn(root)
	return l.config, nil
}

// rules makes the vault. Texts of the rules themselves are expanded before the
// rules are known.
func (l *loading) rules() {
	l.vault = newVault(scrub.Rules{}, l.isShort)
	silent := l.document.Silent()
	silent.Text = l.text
	var own scrubbing
	silent.Root().Get("environment").Get("scrub").Decode(&own)
	l.config.Rules = scrub.Rules{Names: own.Names, Allow: own.Allow}
	l.config.Warnings, l.short = nil, nil // They come again.
	l.vault = newVault(l.config.Rules, l.isShort)
}

func (l *loading) warning(at document.Place, format string, a ...any) {
	l.config.Warnings = append(l.config.Warnings, at.String()+": "+fmt.Sprintf(format, a...))
}
