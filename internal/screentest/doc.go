// Package screentest runs a program in a pseudo-terminal and shows what a person
// would see, for tests.
//
//	p := screentest.Start(t, screentest.Size{Columns: 60, Rows: 20}, exec.Command(binary, "check", "--watch"))
//	p.WaitFor("2 of 9 failed")
//	p.Type("q")
//	status := p.Wait()
//	fmt.Print(p.Screen())
//
// The screen is a small model: it knows the escape sequences that the exporter
// uses, and any other one is a failure of the test.
package screentest
