package config

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/healthcheck-exporter/healthcheck_exporter/checks"
	"github.com/healthcheck-exporter/healthcheck_exporter/checks/checktype"
	"github.com/healthcheck-exporter/healthcheck_exporter/config/internal/document"
)

// settings goes through the settings of a check type, adds them to the
// fingerprint and reads the secret files among them. It reports whether all
// files could be read.
func (l *loading) settings(v reflect.Value, n *document.Node) bool {
	switch v.Kind() {
	case reflect.Pointer:
		return l.settings(v.Elem(), n)
	case reflect.Struct:
		good := l.certificatesOf(v, n)
		for i := range v.NumField() {
			if key := document.KeyOf(v.Type().Field(i)); key != "" && !v.Field(i).IsZero() {
				l.taken.add(key)
				good = l.settings(v.Field(i), n.Get(key)) && good
			}
		}
		l.taken.add("end")
		return good
	case reflect.Slice:
		l.taken.add(strconv.Itoa(v.Len()))
		for i := range v.Len() {
			l.settings(v.Index(i), n)
		}
		return true
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return strings.Compare(a.String(), b.String()) })
		for _, key := range keys {
			l.taken.add(key.String())
			l.settings(v.MapIndex(key), n)
		}
		l.taken.add("end")
		return true
	case reflect.String:
		l.taken.add(v.String())
		if file, is := v.Interface().(checks.SecretFile); is {
			return l.secretFile(file, n)
		}
		return true
	}
	l.taken.add(fmt.Sprint(v.Interface()))
	return true
}

// secretFile reads a secret file, as the check will at every run.
func (l *loading) secretFile(file checks.SecretFile, n *document.Node) bool {
	value, err := checktype.ReadSecret(context.Background(), "", file)
	l.beside[string(file)] = contentOf([]byte(value), err)
	if err != nil {
		n.Fault("%s", strings.TrimPrefix(err.Error(), "local: "))
		return false
	}
	l.taken.add(value)
	l.vault.at(n).add(value)
	l.readableByAll(string(file), n)
	return true
}

// certificatesOf opens the files of TLS settings, if that was asked for.
func (l *loading) certificatesOf(v reflect.Value, n *document.Node) bool {
	t, is := v.Addr().Interface().(*checks.TLS)
	if !is || !l.certificates {
		return true
	}
	_, err := checktype.TLSConfig(t, "")
	if err != nil {
		said := strings.TrimPrefix(err.Error(), "local: tls: ")
		key, _, _ := strings.Cut(said, " ")
		n.FaultAt(n.Find(key), "%s", said)
	}
	return err == nil
}
