package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strconv"
)

// A mutant is one change of one file.
type mutant struct {
	file       string // absolute
	line       int
	start, end int // the bytes that are replaced
	old, new   string
}

// String says what the mutant changes.
func (m mutant) String() string {
	return fmt.Sprintf("%s:%d: %q becomes %q", filepath.Base(m.file), m.line, m.old, m.new)
}

// apply returns the mutated file.
func (m mutant) apply() ([]byte, error) {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{text[:m.start], []byte(m.new), text[m.end:]}, nil), nil
}

// mutants returns every mutant of a package, in the order of the files.
func mutants(p pkg) ([]mutant, error) {
	var all []mutant
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, text, parser.ParseComments)
		if err != nil {
			return nil, err
		}
		if ast.IsGenerated(file) {
			continue
		}
		c := collector{set: set, path: path, text: text}
		for _, declaration := range file.Decls {
			if f, is := declaration.(*ast.FuncDecl); is && f.Body != nil {
				ast.Inspect(f.Body, c.visit)
			}
		}
		all = append(all, c.found...)
	}
	return all, nil
}

// A collector gathers the mutants of one file.
type collector struct {
	set   *token.FileSet
	path  string
	text  []byte
	found []mutant
}

// swaps are the operators that become another one.
func swaps() map[token.Token]token.Token {
	return map[token.Token]token.Token{
		token.EQL: token.NEQ, token.NEQ: token.EQL,
		token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
		token.LAND: token.LOR, token.LOR: token.LAND,
		token.ADD: token.SUB, token.SUB: token.ADD, token.MUL: token.QUO, token.QUO: token.MUL,
		token.INC: token.DEC, token.DEC: token.INC,
		token.ADD_ASSIGN: token.SUB_ASSIGN, token.SUB_ASSIGN: token.ADD_ASSIGN,
		token.CONTINUE: token.BREAK, token.BREAK: token.CONTINUE,
	}
}

// visit adds the mutants of one node.
func (c *collector) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		c.operator(n.OpPos, n.Op)
	case *ast.IncDecStmt:
		c.operator(n.TokPos, n.Tok)
	case *ast.BranchStmt:
		c.operator(n.TokPos, n.Tok)
	case *ast.AssignStmt:
		c.operator(n.TokPos, n.Tok)
	case *ast.IfStmt:
		c.add(n.Cond, "!("+c.source(n.Cond)+")")
	case *ast.ExprStmt:
		if _, is := n.X.(*ast.CallExpr); is {
			c.add(n, "")
		}
	case *ast.DeferStmt:
		c.add(n, "")
	case *ast.BasicLit:
		c.literal(n)
	case *ast.Ident:
		switch n.Name {
		case "true":
			c.add(n, "false")
		case "false":
			c.add(n, "true")
		}
	case *ast.ReturnStmt:
		c.result(n)
	}
	return true
}

// operator swaps an operator for its counterpart, if it has one.
func (c *collector) operator(at token.Pos, op token.Token) {
	if other, has := swaps()[op]; has {
		start := c.set.Position(at).Offset
		c.replace(at, start, start+len(op.String()), other.String())
	}
}

// literal makes an integer one larger.
func (c *collector) literal(n *ast.BasicLit) {
	if i, err := strconv.ParseInt(n.Value, 0, 64); n.Kind == token.INT && err == nil {
		c.add(n, strconv.FormatInt(i+1, 10))
	}
}

// result makes the error of a return statement nil.
func (c *collector) result(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	last := n.Results[len(n.Results)-1]
	if name, is := last.(*ast.Ident); is && name.Name == "err" {
		c.add(last, "nil")
	}
}

// add replaces a node's source.
func (c *collector) add(n ast.Node, text string) {
	c.replace(n.Pos(), c.set.Position(n.Pos()).Offset, c.set.Position(n.End()).Offset, text)
}

func (c *collector) replace(at token.Pos, start, end int, text string) {
	c.found = append(c.found, mutant{
		file: c.path, line: c.set.Position(at).Line, start: start, end: end, old: string(c.text[start:end]), new: text,
	})
}

func (c *collector) source(n ast.Node) string {
	return string(c.text[c.set.Position(n.Pos()).Offset:c.set.Position(n.End()).Offset])
}
