package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"reflect"
	"strings"
)

// A source is the structs of the packages, by package and name: probe.HTTP.
type source map[string]structure

// A structure is a struct as it stands in the code.
type structure struct {
	pkg    string
	doc    string
	fields []*ast.Field
}

// A described struct is one for readers of YAML.
type described struct {
	name string // the key of a check type or section
	doc  string
	keys []key
}

// A key is one setting. The keys of a struct in a struct follow it, with dots in
// their names.
type key struct {
	name, kind string
	required   bool
	standard   string // the default; empty if the key is required
	doc        string
	pattern    string // of the tag pattern; only the schema uses it
}

// read parses the packages config, checks and those below checks.
func read(config string) (source, error) {
	s := source{}
	for _, pattern := range []string{"*.go", "../checks/*.go", "../checks/*/*.go"} {
		names, err := filepath.Glob(filepath.Join(config, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return nil, err
			}
			s.add(file)
		}
	}
	if len(s) == 0 {
		return nil, fmt.Errorf("%s: %w", config, fs.ErrNotExist)
	}
	return s, nil
}

func (s source) add(file *ast.File) {
	for _, declaration := range file.Decls {
		general, is := declaration.(*ast.GenDecl)
		if !is || general.Tok != token.TYPE {
			continue
		}
		for _, spec := range general.Specs {
			t, _ := spec.(*ast.TypeSpec)
			if body, is := t.Type.(*ast.StructType); is {
				doc := t.Doc.Text()
				if doc == "" {
					doc = general.Doc.Text()
				}
				s[file.Name.Name+"."+t.Name.Name] = structure{file.Name.Name, doc, body.Fields.List}
			}
		}
	}
}

// types describes the check types in the order of config.Types.
func (s source) types() ([]described, error) {
	union, found := s["config.Types"]
	if !found {
		return nil, fmt.Errorf("config.Types: %w", fs.ErrNotExist)
	}
	var all []described
	for _, field := range union.fields {
		d, err := s.lookup(typeName(field.Type, "config"))
		if err != nil {
			return nil, err
		}
		d.name, d.doc = yamlKey(field), withoutSubject(d.doc)
		all = append(all, d)
	}
	return all, nil
}

// withoutSubject cuts the name of the struct off: "Passes when …". A reader of
// YAML does not know it, and several types are called Check.
func withoutSubject(doc string) string {
	_, rest, found := strings.Cut(doc, " ")
	if !found {
		return doc
	}
	return strings.ToUpper(rest[:1]) + rest[1:]
}

// sections describes the file and its parts.
func (s source) sections() ([]described, error) {
	var all []described
	for _, name := range []string{"file", "global", "check", "environment", "healthcheck", "view"} {
		d, err := s.lookup("config." + name)
		if err != nil {
			return nil, err
		}
		d.name = name
		all = append(all, d)
	}
	return all, nil
}

// lookup describes a struct.
func (s source) lookup(name string) (described, error) {
	found, is := s[name]
	if !is {
		return described{}, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	d := described{doc: found.doc}
	for _, field := range found.fields {
		of := typeName(field.Type, found.pkg)
		if len(field.Names) == 0 && of != "config.Types" { // The types have their own page.
			inlined, err := s.lookup(of)
			if err != nil {
				return d, err
			}
			for _, k := range inlined.keys {
				if name == "config.view" {
					k.standard = "healthcheck." + k.name
				}
				d.keys = append(d.keys, k)
			}
		}
		if yamlKey(field) == "" {
			continue
		}
		one := found.key(field)
		if one.doc == "" && len(d.keys) > 0 {
			one.doc = "See `" + d.keys[len(d.keys)-1].name + "`."
		}
		if one.doc == "" {
			return d, fmt.Errorf("%s: %s has no comment", name, one.name)
		}
		d.keys = append(d.keys, one)
		below, err := s.below(field, found.pkg, one.name)
		if err != nil {
			return d, err
		}
		d.keys = append(d.keys, below...)
	}
	return d, nil
}

// below returns the keys of a field that is a struct, or a list of them. TLS
// has a section of its own, and so have the sections of the file.
func (s source) below(field *ast.Field, pkg, name string) ([]key, error) {
	of := typeName(field.Type, pkg)
	if _, is := s[of]; !is || of == "checks.TLS" || pkg == "config" && of != "config.scrubbing" {
		return nil, nil
	}
	d, err := s.lookup(of)
	if err != nil {
		return nil, err
	}
	if _, list := field.Type.(*ast.ArrayType); list {
		name += "[]"
	}
	for i := range d.keys {
		d.keys[i].name = name + "." + d.keys[i].name
	}
	return d.keys, nil
}

func yamlKey(field *ast.Field) string {
	name, _, _ := strings.Cut(tag(field, "yaml"), ",")
	return name
}

func tag(field *ast.Field, key string) string {
	if field.Tag == nil {
		return ""
	}
	return reflect.StructTag(strings.Trim(field.Tag.Value, "`")).Get(key)
}

// typeName is the package and name of a type, without pointer or list.
func typeName(t ast.Expr, pkg string) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return typeName(t.X, pkg)
	case *ast.ArrayType:
		return typeName(t.Elt, pkg)
	case *ast.Ident:
		return pkg + "." + t.Name
	case *ast.SelectorExpr:
		if p, is := t.X.(*ast.Ident); is {
			return p.Name + "." + t.Sel.Name
		}
	}
	return ""
}
