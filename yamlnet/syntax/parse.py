"""stand-in"""
import re, yaml
from pathlib import Path
from yamlnet.diagnostics.diagnostic import *
from yamlnet.syntax.tree import *
INT=re.compile(r"[-+]?[0-9]+\Z"); FLOAT=re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
def scalar(v):
    if v in ("null","~","Null","NULL",""): return None
    if v in ("true","True","TRUE"): return True
    if v in ("false","False","FALSE"): return False
    if INT.match(v): return int(v)
    if FLOAT.match(v): return float(v)
    return v
def read(path, max_bytes=1<<20): return Path(path).read_text()
def parse(text, source):
    events=yaml.parse(text, Loader=yaml.CLoader)
    def sp(s,e): return Span(s.start_mark.line+1,s.start_mark.column+1,e.end_mark.line+1,e.end_mark.column+1)
    def comp(e):
        if isinstance(e,yaml.ScalarEvent):
            v=scalar(e.value) if e.implicit[0] else e.value
            return v, Positions(sp(e,e), style=e.style or "plain")
        if isinstance(e,yaml.SequenceStartEvent):
            out=[];ch={}
            while True:
                n=next(events)
                if isinstance(n,yaml.SequenceEndEvent): return out, Positions(sp(e,n),children=ch)
                v,p=comp(n); ch[len(out)]=p; out.append(v)
        out={};ch={};keys={}
        while True:
            n=next(events)
            if isinstance(n,yaml.MappingEndEvent): return out, Positions(sp(e,n),keys,ch)
            k=n.value; keys[k]=sp(n,n); v,p=comp(next(events)); out[k]=v; ch[k]=p
    next(events);next(events)
    v,p=comp(next(events))
    return Tree(v,p,text,source)
