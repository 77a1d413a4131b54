package main

import (
	"fmt"
	"reflect"
	"strings"
)

// cases count what has run, as the Test Anything Protocol wants it.
var cases int

// failure is what a check panics with; test() reports it.
type failure string

func test(name string, body func()) {
	cases++
	defer func() {
		if caught := recover(); caught != nil {
			fmt.Printf("not ok %d - %s\n", cases, name)
			for _, line := range strings.Split(fmt.Sprint(caught), "\n") {
				fmt.Println("#", line)
			}
			return
		}
		fmt.Printf("ok %d - %s\n", cases, name)
	}()
	body()
}

func plan() { fmt.Printf("1..%d\n", cases) }

func check(err error) {
	if err != nil {
		panic(failure(err.Error()))
	}
}

func must[T any](value T, err error) T {
	check(err)
	return value
}

func equal(expected, actual any) {
	if !reflect.DeepEqual(expected, actual) {
		panic(failure(fmt.Sprintf("expected %#v (%T), got %#v (%T)", expected, expected, actual, actual)))
	}
}
