package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"
)

// oracle hands out timestamps: milliseconds and a counter, as PD does.
type oracle struct {
	mu                sync.Mutex
	physical, logical int64
	// limit is the bound that the file holds; after a restart the oracle goes on above it, so that no timestamp
	// is given twice, whatever the clock says.
	limit int64
	path  string
}

// ahead is how far the bound in the file runs ahead of the clock, in milliseconds.
const ahead = 3000

func newOracle(folder string) (*oracle, error) {
	o := &oracle{}
	if folder == "" {
		return o, nil
	}
	o.path = filepath.Join(folder, "tso")
	text, err := os.ReadFile(o.path)
	if os.IsNotExist(err) {
		return o, nil
	}
	if err != nil {
		return nil, err
	}
	o.physical, err = strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	o.limit = o.physical
	return o, err
}

// next hands out n timestamps and returns the last one, as PD's answer does.
func (o *oracle) next(n int64) (physical, logical int64, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if now := time.Now().UnixMilli(); now > o.physical {
		o.physical, o.logical = now, 0
	}
	if o.logical+n >= 1<<18 {
		o.physical, o.logical = o.physical+1, 0
	}
	o.logical += n
	if o.path != "" && o.physical >= o.limit {
		o.limit = o.physical + ahead
		if err := replaceFile(o.path, []byte(strconv.FormatInt(o.limit, 10))); err != nil {
			return 0, 0, err
		}
	}
	return o.physical, o.logical, nil
}

// timestamp hands out one timestamp in the form that transactions use.
func (o *oracle) timestamp() (uint64, error) {
	physical, logical, err := o.next(1)
	return uint64(physical)<<18 + uint64(logical), err
}

// replaceFile writes a file so that a reader finds the old content or the new one.
func replaceFile(path string, content []byte) error {
	if err := os.WriteFile(path+".tmp", content, 0o644); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}
