package config

import (
	"context"
	"os"
	"reflect"
	"runtime"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
)

// secretFiles looks at every secret file that the settings of a check name.
func (l *loading) secretFiles(v reflect.Value, path, about string, same fingerprint) {
	v = reflect.Indirect(v)
	for i := range v.NumField() {
		field := v.Field(i)
		if !mayName(field) {
			continue
		}
		name := yamlName(v.Type().Field(i))
		if file, is := field.Interface().(checks.SecretFile); is {
			l.secretFile(file, join(path, name), about+"."+name, same)
			continue
		}
		l.secretFiles(field, join(path, name), about+"."+name, same)
	}
}

// mayName reports whether a field names a secret file, or holds fields.
func mayName(field reflect.Value) bool {
	switch field.Kind() {
	case reflect.String:
		return field.Type() == typeSecretFile && field.Len() > 0
	case reflect.Pointer:
		return field.CanInterface() && !field.IsNil() && field.Type().Elem().Kind() == reflect.Struct
	case reflect.Struct:
		return field.CanInterface()
	}
	return false
}

func (l *loading) secretFile(file checks.SecretFile, path, about string, same fingerprint) {
	value, err := checktype.ReadSecret(context.Background(), "", file)
	if err != nil {
		l.faulty[checkOf(path)] = true
		l.fault(path, "%s: %s", about, strings.TrimPrefix(err.Error(), "local: "))
		return
	}
	same.add(value)
	l.vault.add(value)
	l.readableByAll(string(file), l.places[path], about)
	l.short(value, l.places[path], about)
}

// readableByAll warns of a secret file that is none. Where there are no bits
// for others (Windows) nothing can be said.
func (l *loading) readableByAll(file string, at place, about string) {
	const byOthers = 0o004
	if info, err := os.Stat(file); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&byOthers != 0 {
		l.warning(at, "%s: everybody on this machine can read %s", about, file)
	}
}

// short warns of a secret that the scrubber cannot tell from a word.
func (l *loading) short(secret string, at place, about string) {
	const enough = 8
	if secret != "" && len(secret) < enough {
		l.warning(at, "%s: a secret of fewer than %d characters cannot be kept out of every text", about, enough)
	}
}
