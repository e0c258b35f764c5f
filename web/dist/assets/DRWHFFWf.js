import{t as s,d as t,r as a,c as o}from"./7i-5rqlE.js";const e=["catalog","requests","dispatch","notify"],r={catalog:o,requests:a,dispatch:t,notify:s};export{e as S,r as s};
