package hook

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strings"
	"testing"
)

// TestCalls compares the table with the cases of serve and with fileCalls.
func TestCalls(t *testing.T) {
	var listed []string
	served := cases(t, "serve")
	files := 0
	for i, call := range Calls {
		ofFiles := call.Number < uintptr(len(fileCalls)) && fileCalls[call.Number] != 0
		if ofFiles {
			files++
		}
		// Some are of files and of others: then serve looks first.
		if name := "SYS_" + plain(call.Name); !ofFiles || slices.Contains(served, name) {
			listed = append(listed, name)
		}
		if ofFiles && !strings.HasSuffix(call.Serves, "files") || !ofFiles && call.Serves == "files" {
			t.Errorf("%s serves %q", call.Name, call.Serves)
		}
		if i > 0 && call.Number <= Calls[i-1].Number {
			t.Errorf("%s is not in its place by number", call.Name)
		}
	}
	for _, how := range fileCalls {
		if how != 0 {
			files--
		}
	}
	if files != 0 {
		t.Errorf("the table has %d calls on files more than fileCalls", files)
	}
	slices.Sort(listed)
	slices.Sort(served)
	if !slices.Equal(listed, served) {
		t.Errorf("the table has %v, serve has %v", listed, served)
	}
}

// cases returns the names of package syscall after which a function of hook.go
// switches.
func cases(t *testing.T, function string) (names []string) {
	file, err := parser.ParseFile(token.NewFileSet(), "hook.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, declaration := range file.Decls {
		if f, ok := declaration.(*ast.FuncDecl); ok && f.Name.Name == function {
			ast.Inspect(f, func(n ast.Node) bool {
				if clause, ok := n.(*ast.CaseClause); ok {
					for _, value := range clause.List {
						switch value := value.(type) {
						case *ast.SelectorExpr:
							names = append(names, "SYS_"+plain(strings.TrimPrefix(value.Sel.Name, "SYS_")))
						case *ast.Ident: // ours, in the Go way of names
							names = append(names, "SYS_"+plain(strings.TrimPrefix(value.Name, "sys")))
						}
					}
				}
				return true
			})
		}
	}
	return names
}

// plain is a name without what package syscall, the man pages and Go write in
// different ways.
func plain(name string) string { return strings.ToUpper(strings.ReplaceAll(name, "_", "")) }
