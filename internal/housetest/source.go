package housetest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// source is the code of one package for one system, without its tests. It does
// not know the types of other packages, but it knows the package of every name.
type source struct {
	dir        string // the module's
	fset       *token.FileSet
	files      []*ast.File
	pkg        *types.Package
	info       *types.Info
	complaints []string
}

// examineSource returns a complaint for each thing in the code of p that no
// package below main may do: run code by itself, keep state in package variables,
// use process-wide state, or show types of internal packages.
func examineSource(dir string, p listed) ([]string, error) {
	s, err := readSource(dir, p)
	if err != nil {
		return nil, err
	}
	for _, file := range s.files {
		s.examineDeclarations(file)
		if path, _ := ownPath(p.ImportPath); !isInternal(path) {
			s.examineSignatures(file)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			s.examineChange(n)
			s.examineUse(n)
			return true
		})
	}
	return s.complaints, nil
}

func readSource(dir string, p listed) (*source, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	s := &source{dir: dir, fset: token.NewFileSet(), info: &types.Info{
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}}
	for _, name := range p.GoFiles {
		file, err := parser.ParseFile(s.fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.files = append(s.files, file)
	}
	check := types.Config{Importer: hollow{}, Error: func(error) {}}
	// Errors are expected: the imported packages are hollow.
	s.pkg, _ = check.Check(p.ImportPath, s.fset, s.files, s.info)
	return s, nil
}

// hollow is an importer that returns packages with a name and no contents.
type hollow struct{}

func (hollow) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	p := types.NewPackage(path, filepath.Base(path))
	p.MarkComplete()
	return p, nil
}

func (s *source) complain(at ast.Node, format string, a ...any) {
	pos := s.fset.Position(at.Pos())
	file, err := filepath.Rel(s.dir, pos.Filename)
	if err != nil {
		file = pos.Filename
	}
	s.complaints = append(s.complaints, fmt.Sprintf("%s:%d: %s", filepath.ToSlash(file), pos.Line, fmt.Sprintf(format, a...)))
}

// examineUse complains of uses of process-wide functions and variables of other
// packages.
func (s *source) examineUse(n ast.Node) {
	selector, ok := n.(*ast.SelectorExpr)
	if !ok {
		return
	}
	path, name := s.packageMember(selector)
	if slices.Contains(shared()[path], name) {
		s.complain(n, "%s.%s is for main only", filepath.Base(path), name)
	}
}

// packageMember is the package and the name that a selector like os.Exit means;
// two empty strings when it selects a field or a method.
func (s *source) packageMember(selector *ast.SelectorExpr) (path, name string) {
	base, ok := selector.X.(*ast.Ident)
	if !ok {
		return "", ""
	}
	imported, ok := s.info.Uses[base].(*types.PkgName)
	if !ok {
		return "", ""
	}
	return imported.Imported().Path(), selector.Sel.Name
}

// shared are the names, by package, that change or end the whole process, which
// may belong to an embedding program.
func shared() map[string][]string {
	return map[string][]string{
		"os":      {"Exit", "Setenv", "Unsetenv", "Clearenv", "Chdir"},
		"syscall": {"Exit"},
		"log": {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln", "Print", "Printf", "Println",
			"Default", "SetFlags", "SetOutput", "SetPrefix"},
		"log/slog": {"Default", "SetDefault", "Debug", "Info", "Warn", "Error"},
		"net/http": {"DefaultClient", "Get", "Head", "Post", "PostForm",
			"DefaultServeMux", "Handle", "HandleFunc", "ListenAndServe", "ListenAndServeTLS"},
		"github.com/prometheus/client_golang/prometheus": {"DefaultRegisterer", "DefaultGatherer",
			"MustRegister", "Register", "Unregister"},
		"github.com/prometheus/client_golang/prometheus/promhttp": {"Handler"},
	}
}
