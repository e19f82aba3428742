// Package grpc stands for what is heavy.
package grpc
