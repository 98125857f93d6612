"""stand-in"""
from yamlnet.catalog import types as t
from yamlnet.catalog.entry import Argument
SOURCES={"Sklearn":(Argument("name",t.Text(),True),),"Csv":(Argument("path",t.Text(),True),)}
TRANSFORMS={"scale":t.Number(),"normalize":t.Text(),"encode":t.Text()}
