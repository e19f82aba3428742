package service_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"
)

// heptiolabs is the number of statements of the same service with
// heptiolabs/healthcheck.
const heptiolabs = 14

func TestTheProgramOfTheREADMEIsShort(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, program, found := strings.Cut(string(readme), "```go\npackage main")
	program, _, closed := strings.Cut(program, "```")
	if !found || !closed || !strings.Contains(program, "service.New(") {
		t.Fatal("README.md shows no program with service.New")
	}
	file, err := parser.ParseFile(token.NewFileSet(), "main.go", "package main"+program, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Name.Name != "main" {
			continue
		}
		if n := statements(f.Body); n > 8 || n >= heptiolabs || n == 0 {
			t.Errorf("main has %d statements, want at most 8", n)
		}
		return
	}
	t.Error("the program has no main")
}

// statements counts what go/ast calls a statement, blocks apart.
func statements(body *ast.BlockStmt) (n int) {
	ast.Inspect(body, func(node ast.Node) bool {
		if _, block := node.(*ast.BlockStmt); block {
			return true
		}
		if _, statement := node.(ast.Stmt); statement {
			n++
		}
		return true
	})
	return n
}

func TestTheProgramsOfTheDocumentParse(t *testing.T) {
	document, err := os.ReadFile("../docs/embedding.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(document), "```go\n")[1:]
	if len(blocks) < 5 {
		t.Fatalf("docs/embedding.md has %d programs", len(blocks))
	}
	for _, block := range blocks {
		program, _, _ := strings.Cut(block, "```")
		text := "package p\n" + program
		if !strings.HasPrefix(program, "func ") {
			text = "package p\nfunc _() {\n" + program + "}"
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "embedding.go", text, parser.SkipObjectResolution); err != nil {
			t.Errorf("%v in\n%s", err, program)
		}
	}
}
