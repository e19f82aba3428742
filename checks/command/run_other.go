//go:build !unix

package command

import (
	"context"
	"errors"
	"fmt"
	"os"
)

const supported = false

func (e Exec) run(context.Context) (end, error) { return end{}, errors.ErrUnsupported }

func describe(state *os.ProcessState) string { return fmt.Sprintf("exit status %d", state.ExitCode()) }
